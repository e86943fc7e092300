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
;;     4  cmp rax,qword [0]
;;    12  ja 32
;;    14  mov eax,dword [r15+rdi+8]
;;    19  add eax,dword [r15+rdi]
;;    23  movzx ecx,byte [r15+rdi+4]
;;    29  add eax,ecx
;;    31  ret
;;    32  call 37
;; func[1]
;;     0  mov eax,dword [r15+65532]
;;     7  ret
;; func[2]
;;     0  xor eax,eax
;;     2  lea rcx,[rdi+24]
;;     6  cmp rcx,qword [0]
;;    14  ja 29
;;    16  add rax,qword [r15+rdi+16]
;;    21  lea edi,[rdi+8]
;;    24  cmp edi,esi
;;    26  jb 2
;;    28  ret
;;    29  call 34
;; func[3]
;;     0  lea rax,[rdi+16]
;;     4  cmp rax,qword [0]
;;    12  ja 24
;;    14  mov qword [r15+rdi+8],rsi
;;    19  mov qword [r15+rdi],rsi
;;    23  ret
;;    24  call 29
