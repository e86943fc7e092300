;; What is small is copied to where it is called. A value that lives over a call is saved once; a call
;; through a table compares the signature.
(module
  (type $unary (func (param i32) (result i32)))
  (table 4 funcref)
  (elem (i32.const 0) $double)
  (func $double (export "double") (param $x i32) (result i32)
    (i32.shl (local.get $x) (i32.const 1)))
  (func $share (export "share") (param $x i32) (result i32)
    (i32.div_u (i32.const 1000) (local.get $x)))
  (func (export "thrice") (param $x i32) (result i32)
    (i32.add (call $double (local.get $x)) (local.get $x)))
  (func (export "over") (param $x i32) (result i32)
    (i32.add (call $share (local.get $x)) (local.get $x)))
  (func (export "through") (param $x i32) (param $index i32) (result i32)
    (call_indirect (type $unary) (local.get $x) (local.get $index))))

;; Machine code:
;; double
;;     0  mov rax,rdi
;;     3  shl eax,1
;;     6  ret
;; share
;;     0  mov eax,1000
;;     5  test edi,edi
;;     7  je 14
;;     9  xor edx,edx
;;    11  div edi
;;    13  ret
;;    14  call runtime.trap.1
;; thrice
;;     0  lea eax,[rdi+rdi*2]
;;     3  ret
;; over
;;     0  push rbx
;;     1  mov rbx,rdi
;;     4  call app.f1
;;     9  add eax,ebx
;;    11  pop rbx
;;    12  ret
;; through
;;     0  cmp esi,4
;;     3  jae 43
;;     5  cmp dword [rsi*8+app.t0+4],1306294757
;;    16  jne 28
;;    18  mov eax,dword [rsi*8+app.t0]
;;    25  call rax
;;    27  ret
;;    28  cmp dword [rsi*8+app.t0+4],0
;;    36  je 48
;;    38  call runtime.trap.8
;;    43  call runtime.trap.6
;;    48  call runtime.trap.7
