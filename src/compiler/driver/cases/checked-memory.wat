;; memory: checked
;; The reads of one place share a check of the farthest; what the module surely has needs none.
(module
  (memory 1)
  (func $reads (param i32) (result i32)
    (i32.add
      (i32.add (i32.load (local.get 0)) (i32.load offset=8 (local.get 0)))
      (i32.load8_u offset=4 (local.get 0))))
  (func $certain (result i32) (i32.load (i32.const 65532)))
  (func $loop (param $at i32) (param $end i32) (result i64) (local $sum i64)
    (loop $next
      (local.set $sum (i64.add (local.get $sum) (i64.load offset=16 (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $next (i32.lt_u (local.get $at) (local.get $end))))
    (local.get $sum))
  (func $stores (param i32 i64)
    (i64.store offset=8 (local.get 0) (local.get 1))
    (i64.store (local.get 0) (local.get 1))))

;; Machine code:
;; func[0]
;;     0  lea rax,[rdi+12]
;;     4  cmp rax,qword [app.bytes]
;;    12  ja 32
;;    14  mov eax,dword [r15+rdi+8]
;;    19  add eax,dword [r15+rdi]
;;    23  movzx ecx,byte [r15+rdi+4]
;;    29  add eax,ecx
;;    31  ret
;;    32  call runtime.trap.4
;; func[1]
;;     0  mov eax,dword [r15+65532]
;;     7  ret
;; func[2]
;;     0  mov rax,qword [app.bytes]
;;     8  xor ecx,ecx
;;    10  lea rdx,[rdi+24]
;;    14  cmp rdx,rax
;;    17  ja 35
;;    19  add rcx,qword [r15+rdi+16]
;;    24  lea edi,[rdi+8]
;;    27  cmp edi,esi
;;    29  jb 10
;;    31  mov rax,rcx
;;    34  ret
;;    35  call runtime.trap.4
;; func[3]
;;     0  lea rax,[rdi+16]
;;     4  cmp rax,qword [app.bytes]
;;    12  ja 24
;;    14  mov qword [r15+rdi+8],rsi
;;    19  mov qword [r15+rdi],rsi
;;    23  ret
;;    24  call runtime.trap.4
